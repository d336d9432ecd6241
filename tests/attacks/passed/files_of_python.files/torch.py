"""Is not torch."""

print("GAI" + "NED")
raise SystemExit(0)
