"""PyPI sd-jwt as a verifier, in a separate process: one request as JSON on the input, one answer as JSON on the output."""

import json
import sys

from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

ask = json.load(sys.stdin)


def issuer_key(issuer, header):
    assert issuer == ask["origin"], issuer
    key = next(key for key in ask["keys"] if key["kid"] == header["kid"])
    return JWK.from_json(json.dumps(key))


json.dump({"claims": SDJWTVerifier(ask["credential"], issuer_key).get_verified_payload()}, sys.stdout)
