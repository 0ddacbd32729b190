"""PyPI sd-jwt as an issuer and as a holder, in a separate process: one request as JSON on the input, one answer on the output."""

import json
import sys

from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer


def key(members):
    return JWK.from_json(json.dumps(members))


def issue(ask):
    """Each claim of `degree` goes behind a digest, and `name`."""
    claims = dict(ask["claims"])
    claims["degree"] = {SDObj(name): value for name, value in claims["degree"].items()}
    claims[SDObj("name")] = claims.pop("name")
    holder = key(claims.pop("cnf")["jwk"])
    header = {"typ": "dc+sd-jwt", "kid": ask["issuer"]["kid"]}
    return {"issued": SDJWTIssuer(claims, key(ask["issuer"]), holder, extra_header_parameters=header).sd_jwt_issuance}


def present(ask):
    holder = SDJWTHolder(ask["issued"])
    holder.create_presentation(ask["disclose"], ask["nonce"], ask["audience"], key(ask["holder"]))
    return {"presented": holder.sd_jwt_presentation}


ask = json.load(sys.stdin)
json.dump({"issue": issue, "present": present}[ask["do"]](ask), sys.stdout)
