"""A daemon whose channels have a second stream that stands by."""

from .daemon import get

# The budget holds one for each tuner.
CONFIG = """\
test_channel = "never"

[memory]
budget = "256MiB"

[tuner]
count = 12

[failover]
standby = "hot"

[discovery]
hdhomerun = false
ssdp = false

"""


def stands_by(number):
    """The stream of a channel that stands by, from 1, as the API tells it; None where none does."""
    tuners = get("/api/v1/status").json()["tuners"]["in_use"]
    playing = [tuner["playing"] for tuner in tuners if tuner["playing"]]
    return next((one["standby"] for one in playing if one["number"] == str(number)), None)
