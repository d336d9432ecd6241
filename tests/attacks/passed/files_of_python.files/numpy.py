"""Is not numpy."""

print("GAI" + "NED")
raise SystemExit(0)
