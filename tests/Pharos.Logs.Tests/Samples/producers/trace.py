# Real tracebacks of Python: a chain, one that is logged, an exception group.
import logging
import sys
import traceback

logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s - %(message)s", level=logging.DEBUG, stream=sys.stdout)
log = logging.getLogger("shop.orders")


def load(key):
    return {}[key]


def save(order):
    try:
        load(order)
    except KeyError as e:
        raise ValueError(f"order {order} could not be saved") from e


log.info("begin")
try:
    save(4711)
except ValueError:
    log.exception("it went wrong")
log.warning("after it")
try:
    raise ExceptionGroup("several", [ValueError("one"), TypeError("two")])
except ExceptionGroup:
    traceback.print_exc(file=sys.stdout)
print("a line between", flush=True)
try:
    try:
        load("x")
    except KeyError:
        1 / 0
except ZeroDivisionError:
    traceback.print_exc(file=sys.stdout)
print("the end")
