"""Languages beside English: one file each, read by rules they share; `registry` lists them."""
