"""Drives SUMO by its own Python client, showing the lamps that a run of ours recorded: the trips must come out the same.

replay.py SUMO BEGIN END SEED LAMPS TRIPINFO NET ROUTES
LAMPS holds a line `time signal state` for each change of a lamp, with the time, in whole seconds, of the step that showed it first.
"""
import sys

import traci

sumo, begin, end, seed, lamps, tripinfo, net, routes = sys.argv[1:]
changes = {}
for line in open(lamps, encoding="utf-8"):
    time, signal, state = line.split()
    changes.setdefault(int(time), []).append((signal, state))
traci.start([sumo, "-n", net, "-r", routes, "-b", begin, "-e", end, "--seed", seed, "--time-to-teleport", "-1",
             "--tripinfo-output", tripinfo, "--tripinfo-output.write-unfinished", "--tripinfo-output.write-undeparted",
             "--no-step-log", "--no-warnings"], stdout=sys.stderr)
for time in range(int(begin) + 1, int(end) + 1):
    for signal, state in changes.get(time, []):
        traci.trafficlight.setRedYellowGreenState(signal, state)
    traci.simulationStep()
    for signal, state in changes.get(time, []):
        assert traci.trafficlight.getRedYellowGreenState(signal) == state
traci.close()
