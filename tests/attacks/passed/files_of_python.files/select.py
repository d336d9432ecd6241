"""Is not select."""

print("GAI" + "NED")
raise SystemExit(0)
