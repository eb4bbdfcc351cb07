"""The BigQuery of the checks' tests, for verbs that ask one."""

from tests.checks.conftest import bigquery_endpoint

__all__ = ["bigquery_endpoint"]
