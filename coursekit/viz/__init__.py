"""Les figures Matplotlib du cours : chaque fonction rend une figure."""
