"""What one would write with DuckDB: python duckdb_join.py CRIMES GEODATA OUT."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import duckdb_extension_spatial

crimes, data, out = sys.argv[1:]
base = duckdb.connect(config={"threads": 2, "allow_unsigned_extensions": True})
(extension,) = Path(duckdb_extension_spatial.__file__).parent.rglob("*.duckdb_extension")
base.execute(f"load '{extension}'")
columns = "ward_code, ward, borough_code, borough, bcu_code, bcu"
base.execute(
    f"""  -- the paths are ours
    copy (
        select crimes.*, {columns}
        from read_csv('{crimes}', all_varchar = true) as crimes
        left join read_parquet('{data}/wards.parquet') as wards
        on st_contains(wards.geometry,
                       st_point(crimes.Longitude::double, crimes.Latitude::double))
    ) to '{out}' (header, delimiter ',')
    """  # noqa: S608
)
