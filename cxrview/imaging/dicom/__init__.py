"""Read DICOM: headers, codecs, lookup tables, windows, overlays."""
