"""Asks the service what its users ask it."""

import unittest

from app.service import app


class ServiceTest(unittest.TestCase):
    """Each route answers as it should."""

    def setUp(self):
        self.client = app.test_client()

    def test_health(self):
        self.assertEqual(self.client.get("/health").json, {"status": "ok"})

    def test_search_is_sorted_by_price(self):
        found = self.client.get("/articles?q=an").json
        self.assertEqual([article["name"] for article in found], ["lantern", "blanket"])

    def test_stock_value(self):
        self.assertEqual(self.client.get("/stock-value").json, {"cents": 102055})


if __name__ == "__main__":
    unittest.main()
