"""Fairhear: audits the quality of customer-service chats."""
