"""Counts what sumolib sees in a network, for `network.rs`.

    python survey.py name net.xml[.gz] … >> networks.txt
Lines: `net <name> <edges> <lanes> <connections between normal lanes>`, `signal <id> <links> <connections> <pairs of foes>`.
"""
import sys
import sumolib

for name, path in zip(sys.argv[1::2], sys.argv[2::2]):
    net = sumolib.net.readNet(path, withInternal=True, withFoes=True, withPedestrianConnections=True)
    edges = net.getEdges(withInternal=True)
    outer = 0
    by_signal = {}
    for edge in edges:
        for lane in edge.getLanes():
            for con in lane.getOutgoing():
                if edge.getFunction() != "internal":
                    outer += 1
                if con.getTLSID():
                    by_signal.setdefault(con.getTLSID(), []).append(con)
    print("net", name, len(edges), sum(len(e.getLanes()) for e in edges), outer)
    for signal in sorted(by_signal):
        cons = by_signal[signal]
        foes = set()
        for a in cons:
            for b in cons:
                junction = a.getFrom().getToNode() if a.getFrom().getFunction() == "" else None
                other = b.getFrom().getToNode() if b.getFrom().getFunction() == "" else None
                if junction is None or junction is not other or a.getTLLinkIndex() == b.getTLLinkIndex():
                    continue
                if junction.areFoes(junction.getLinkIndex(a), junction.getLinkIndex(b)):
                    foes.add(frozenset((a.getTLLinkIndex(), b.getTLLinkIndex())))
        print("signal", signal, max(c.getTLLinkIndex() for c in cons) + 1, len(cons), len(foes))
