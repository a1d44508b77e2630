"""Scoring and preparing on a cluster: Spark hands out the files, each Python worker has an engine"""
