"""Replays past orders under rules that were not there then, and tells what they would have done."""
