"""Files in, tables out: read once, by all cores or a cluster, and kept as Parquet.

reading (`read_logs`, `read_tables`) finds what a file holds (keys), looks for it in the store
(places, batches), and has the rest read: here or in processes (pool), or on a Dask cluster
(cluster). kinds says what can be read so; queries lets DuckDB and Athena read the store.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
