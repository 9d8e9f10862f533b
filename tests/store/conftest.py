"""The store's tests share the databases of tests/databases.py, and start from the queue of one linked company."""

from tests.databases import database_url as database_url
from tests.databases import shared_postgresql as shared_postgresql
from tests.factories import other_queue as other_queue
from tests.factories import queue as queue
