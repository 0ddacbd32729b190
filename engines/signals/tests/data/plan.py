"""Records what SUMO's own fixed programs show, for `plan.rs`: `<second> <signal> <state>` whenever a state changes.

    SUMO_HOME=… python plan.py net begin seconds [additional] > plan.txt
"""
import contextlib, os, sys
import traci

net, begin, seconds = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
more = ["-a", sys.argv[4]] if len(sys.argv) > 4 else []
# traci says on the output that it waits for SUMO.
with contextlib.redirect_stdout(sys.stderr):
    traci.start([os.environ["SUMO_HOME"] + "/bin/sumo", "-n", net, "--begin", str(begin), "--no-step-log", *more], stdout=sys.stderr)
last = {}
for _ in range(seconds):
    # What is shown while the step from `now` on is simulated.
    now = traci.simulation.getTime()
    traci.simulationStep()
    for signal in traci.trafficlight.getIDList():
        state = traci.trafficlight.getRedYellowGreenState(signal)
        if last.get(signal) != state:
            last[signal] = state
            print(int(now), signal, state)
traci.close()
