// What the sandbox tells the stand-ins about its shop; `cdn.py` hands it to the joined script as its argument.

/* global AFTERS_SANDBOX */
export const SHOP = AFTERS_SANDBOX;
