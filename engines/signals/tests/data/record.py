"""Records an exchange between Python's traci and the real SUMO, as hexadecimal lines, for `traci.rs`.

    SUMO_HOME=…/site-packages/sumo python record.py > exchange.txt
Lines: `# what`, `> message` (with its length), `< body` (without it). The net is cross.net.xml beside this file.
"""
import os, struct, sys
import traci, traci.connection, traci.constants as tc

here = os.path.dirname(os.path.abspath(__file__))
routes = os.path.join(sys.argv[1] if len(sys.argv) > 1 else "/tmp", "cross.rou.xml")
with open(routes, "w") as out:
    out.write('<routes><vType id="car" length="4.5"/>'
              '<flow id="ns" type="car" from="nm" to="ms" begin="0" end="60" period="4" departLane="best"/>'
              '<flow id="we" type="car" from="wm" to="me" begin="0" end="60" period="3" departLane="best"/></routes>')
with open(routes.replace("rou", "add"), "w") as out:
    out.write('<additional><inductionLoop id="loop" lane="wm_1" pos="-30" period="60" file="NUL"/>'
              '<laneAreaDetector id="area" lane="wm_1" pos="-80" endPos="-1" period="60" file="NUL"/></additional>')

log = []
plain = traci.connection.Connection._recvExact


def receive(self):
    log.append((">", struct.pack("!i", len(self._string) + 4) + self._string))
    result = plain(self)
    log.append(("<", result._content))
    return result


traci.connection.Connection._recvExact = receive


def show(what):
    print("#", what)
    for arrow, data in log:
        print(arrow, data.hex())
    log.clear()


# traci.start looks for a free port and asks for the version
traci.start([os.environ["SUMO_HOME"] + "/bin/sumo", "-n", here + "/cross.net.xml", "-r", routes, "-a", routes.replace("rou", "add"),
             "--no-step-log", "--begin", "0"], doSwitch=True)
show("version")
traci.setOrder(1); show("order")
traci.trafficlight.getIDList(); show("ids")
traci.trafficlight.getControlledLinks("m"); show("links")
traci.trafficlight.getAllProgramLogics("m"); show("logics")
traci.lane.getLength("wm_1"); show("lane length")
traci.lane.getShape("wm_1"); show("lane shape")
traci.simulation.getNetBoundary(); show("bounds")
try:
    traci.trafficlight.getPhase("nowhere")
except traci.TraCIException:
    pass
show("unknown id")
traci.trafficlight.setRedYellowGreenState("m", "r" * 22); show("set state")
traci.trafficlight.setProgram("m", "0"); show("set program")
traci.trafficlight.setPhase("m", 3); show("set phase")
traci.lane.subscribe("wm_1", [tc.LAST_STEP_VEHICLE_NUMBER, tc.LAST_STEP_MEAN_SPEED, tc.LAST_STEP_VEHICLE_HALTING_NUMBER, tc.LAST_STEP_VEHICLE_ID_LIST]); show("subscribe lane")
traci.inductionloop.subscribe("loop", [tc.LAST_STEP_VEHICLE_NUMBER, tc.LAST_STEP_OCCUPANCY, tc.LAST_STEP_TIME_SINCE_DETECTION, tc.LAST_STEP_VEHICLE_DATA]); show("subscribe loop")
traci.lanearea.subscribe("area", [tc.LAST_STEP_VEHICLE_NUMBER, tc.JAM_LENGTH_VEHICLE, tc.JAM_LENGTH_METERS]); show("subscribe area")
traci.simulation.subscribe([tc.VAR_TIME, tc.VAR_DEPARTED_VEHICLES_IDS, tc.VAR_ARRIVED_VEHICLES_IDS, tc.VAR_MIN_EXPECTED_VEHICLES]); show("subscribe simulation")
traci.junction.subscribeContext("m", tc.CMD_GET_VEHICLE_VARIABLE, 200.0, [tc.VAR_LANE_ID, tc.VAR_LANEPOSITION, tc.VAR_SPEED, tc.VAR_WAITING_TIME, tc.VAR_LENGTH, tc.VAR_NEXT_TLS]); show("subscribe around")
traci.simulationStep(); show("step 1")
traci.simulationStep(30.0); show("step 30")
traci.vehicle.getPosition(traci.vehicle.getIDList()[0]); show("vehicle position")
traci.lane.unsubscribe("wm_1"); show("unsubscribe")
traci.junction.unsubscribeContext("m", tc.CMD_GET_VEHICLE_VARIABLE, 200.0); show("unsubscribe around")
traci.simulationStep(); show("step 31")
# Several commands in one message, the step last: Python's client never does this, SUMO allows it.
con = traci.getConnection()


def command(code, content):
    return struct.pack("!BB", len(content) + 2, code) + content


text = lambda s: struct.pack("!i", len(s)) + s.encode()
batch = (command(0xa2, b"\x20" + text("m")) + command(0xa2, b"\x20" + text("nowhere"))
         + command(0xc2, b"\x20" + text("m") + b"\x0c" + text("G" * 3 + "r" * 19)) + command(0x02, struct.pack("!d", 0.0)))
con._string = batch
con._socket.send(struct.pack("!i", len(batch) + 4) + batch)
receive(con); con._string = b""; show("batch")
traci.close(); show("close")
