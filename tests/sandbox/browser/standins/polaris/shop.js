// What the sandbox tells the stand-ins about its shop; `cdn.py` writes the JSON in front of the script.

/* global AFTERS_SANDBOX */
export const SHOP = typeof AFTERS_SANDBOX === "undefined" ? { currency: "XXX", standinsOnly: true } : AFTERS_SANDBOX;
