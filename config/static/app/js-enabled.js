// First thing in the body, so that nothing jumps: says to the stylesheet that modules will run.
if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");
