"""The store's tests start from the queue of one linked company."""

from tests.factories import other_queue as other_queue
from tests.factories import queue as queue
