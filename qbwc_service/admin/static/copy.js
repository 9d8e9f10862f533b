// Shows the copy buttons, which stay hidden without JavaScript (the text can be selected as well), and makes them work.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const status = document.querySelector("[data-copy-status]");

  button.hidden = false;
  button.addEventListener("click", async () => {
    field.focus();
    field.select();
    let copied = false;
    try {
      await navigator.clipboard.writeText(field.value);
      copied = true;
    } catch {
      // Without https there is no clipboard object; older browsers may still copy the selection.
      copied = document.execCommand("copy");
    }
    status.textContent = copied ? "Copied. Paste it into the Web Connector." : "Press Ctrl+C to copy it.";
  });
}
