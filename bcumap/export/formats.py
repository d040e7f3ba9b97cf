"""The formats of exports, as people are told of them; `write` has what each is written by."""

TITLES = {
    ".geojson": "GeoJSON (RFC 7946)",
    ".gpkg": "GeoPackage",
    ".parquet": "GeoParquet",
    ".fgb": "FlatGeobuf",
    ".topojson": "TopoJSON",
    ".shp.zip": "Shapefile (zipped)",
    ".kml": "KML",
    ".geojsonl": "GeoJSON, one area to a line",
    ".csv": "CSV, without outlines",
    ".wkt.csv": "CSV with outlines (WKT)",
}
