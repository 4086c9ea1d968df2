#!/usr/bin/env bash
# Places an OCO on a running simulator with curl and openssl, moves the price, and sees the fill:
#
#     python -m orderlists_simulator --quiet &
#     examples/place_and_fill.sh [http://127.0.0.1:8080]
set -euo pipefail

exchange=${1:-http://127.0.0.1:8080}
api_key=vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A
secret=NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j

# Sends a signed request: method, path, parameters.
signed() {
    local query signature
    query="$3&timestamp=$(date +%s000)"
    signature=$(printf %s "$query" | openssl dgst -sha256 -hmac "$secret" -r | cut -d' ' -f1)
    curl --silent --request "$1" --header "X-MBX-APIKEY: $api_key" \
        "$exchange$2?$query&signature=$signature"
    echo
}

echo "Place an OCO: sell 5 LTC at 3.00, or at 0.99 once the price falls to 1.00."
signed POST /api/v3/orderList/oco "symbol=LTCBTC&side=SELL&quantity=5&aboveType=LIMIT_MAKER&abovePrice=3.00&aboveClientOrderId=profit-$$&belowType=STOP_LOSS_LIMIT&belowStopPrice=1.00&belowPrice=0.99&belowTimeInForce=GTC&belowClientOrderId=stop-$$"

echo "The price rises to 3.10."
curl --silent "$exchange/control/price" --data '{"symbol": "LTCBTC", "price": "3.10"}'
echo

echo "The upper order is filled, and the other one expired."
signed GET /api/v3/order "symbol=LTCBTC&origClientOrderId=profit-$$"
signed GET /api/v3/order "symbol=LTCBTC&origClientOrderId=stop-$$"
