"""Reading and preparing on a cluster: Spark hands out the files, and each Python worker has an engine."""
