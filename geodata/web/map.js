bcumap.draw = function () {

    
            var map_bcumap = L.map(
                "map_bcumap",
                {
                    center: [51.489000000000004, -0.088],
                    crs: L.CRS.EPSG3857,
                    ...{
  "maxBounds": [
[
50.986000000000004,
-0.8109999999999999,
],
[
51.992,
0.635,
],
],
  "zoom": 10,
  "zoomControl": true,
  "preferCanvas": false,
  "minZoom": 9,
  "maxZoom": 18,
  "zoomSnap": 0.25,
  "scrollWheelZoom": false,
}

                }
            );

            

        
    
            var tile_layer_0 = L.tileLayer(
                "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
                {
  "minZoom": 0,
  "maxZoom": 19,
  "maxNativeZoom": 19,
  "noWrap": false,
  "attribution": "\u00a9 \u003ca href=\"https://www.openstreetmap.org/copyright\"\u003eOpenStreetMap\u003c/a\u003e contributors",
  "subdomains": "abc",
  "detectRetina": false,
  "tms": false,
  "opacity": 1,
  "referrerPolicy": "strict-origin-when-cross-origin",
}

            );
        
    var shapes_1 = bcumap.shapes({"css": "thames", "file": "areas.topojson", "level": "thames"});
    
            shapes_1.addTo(map_bcumap);
        
    var areas_2 = bcumap.areas({"attribution": "Source: Office for National Statistics licensed under the Open Government Licence v.3.0. Contains OS data \u00a9 Crown copyright and database right 2026", "city": "City of London Police", "colours": {"AS": 0, "AW": 1, "CE": 1, "CN": 2, "EA": 0, "NA": 0, "NE": 3, "NW": 3, "SE": 2, "SN": 1, "SW": 2, "WA": 0}, "file": "areas.topojson", "level": "bcus", "one": "Basic Command Unit", "plural": "BCUs"});
    
            areas_2.addTo(map_bcumap);
        
    var areas_3 = bcumap.areas({"attribution": "Source: Office for National Statistics licensed under the Open Government Licence v.3.0. Contains OS data \u00a9 Crown copyright and database right 2026", "city": "City of London Police", "colours": {"AS": 0, "AW": 1, "CE": 1, "CN": 2, "EA": 0, "NA": 0, "NE": 3, "NW": 3, "SE": 2, "SN": 1, "SW": 2, "WA": 0}, "file": "areas.topojson", "level": "boroughs", "one": "borough", "plural": "Boroughs"});
    var areas_4 = bcumap.areas({"attribution": "Source: Office for National Statistics licensed under the Open Government Licence v.3.0. Contains OS data \u00a9 Crown copyright and database right 2026", "city": "City of London Police", "colours": {"AS": 0, "AW": 1, "CE": 1, "CN": 2, "EA": 0, "NA": 0, "NE": 3, "NW": 3, "SE": 2, "SN": 1, "SW": 2, "WA": 0}, "file": "wards.topojson", "level": "wards", "one": "ward", "plural": "Wards"});
    var lines_5 = bcumap.lines({"css": "borough-line", "file": "areas.topojson", "level": "boroughs"});
    
            lines_5.addTo(map_bcumap);
        
    var lines_6 = bcumap.lines({"css": "bcu-line", "file": "areas.topojson", "level": "bcus"});
    
            lines_6.addTo(map_bcumap);
        
    var names_7 = bcumap.names({"css": "bcu-name", "file": "areas.topojson", "level": "bcus"});
    
            names_7.addTo(map_bcumap);
        
    bcumap.levels(map_bcumap, [areas_2,areas_3,areas_4,], [[51.286, -0.511], [51.692, 0.335]], tile_layer_0);
return map_bcumap;
};
