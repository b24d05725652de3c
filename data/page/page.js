"use strict";
(function () {
  var words = document.body.dataset;
  var collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

  function shownNumber(words) {
    var number = parseFloat(words.trim().replace(/,/g, "").replace("−", "-"));
    return Number.isNaN(number) ? null : number;
  }

  // What a cell is sorted by: its exact number where it has one, else its words; nothing goes last.
  function sortValue(row, column) {
    var at = 0;
    for (var i = 0; i < row.cells.length; i++) {
      var cell = row.cells[i];
      if (at + cell.colSpan > column) {
        if (cell.dataset.v !== undefined) return Number(cell.dataset.v);
        return cell.classList.contains("n") ? shownNumber(cell.textContent) : cell.textContent.trim();
      }
      at += cell.colSpan;
    }
    return null;
  }

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return collator.compare(String(a), String(b));
  }

  function sort(table, header, column) {
    var down = header.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("th[aria-sort]").forEach(function (th) { th.removeAttribute("aria-sort"); });
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    var body = table.tBodies[0];
    var rows = Array.from(body.rows).map(function (row, at) {
      return { row: row, at: at, value: sortValue(row, column) };
    });
    rows.sort(function (a, b) {
      if (a.value === null || b.value === null) return (a.value === null) - (b.value === null) || a.at - b.at;
      return (down ? compare(b.value, a.value) : compare(a.value, b.value)) || a.at - b.at;
    });
    rows.forEach(function (entry) { body.appendChild(entry.row); });
  }

  // The first column a header cell stands over, spans of the rows above included.
  function columnOf(header) {
    var rows = Array.from(header.closest("thead").rows), taken = rows.map(function () { return []; });
    for (var r = 0; r < rows.length; r++) {
      var column = 0;
      for (var i = 0; i < rows[r].cells.length; i++) {
        var cell = rows[r].cells[i];
        while (taken[r][column]) column++;
        if (cell === header) return column;
        for (var down = 0; down < cell.rowSpan && r + down < rows.length; down++)
          for (var across = 0; across < cell.colSpan; across++) taken[r + down][column + across] = true;
      }
    }
    return 0;
  }

  function addSorting(table) {
    var chosen = table.querySelectorAll("thead th[data-sort]");
    var headers = chosen.length ? chosen : table.querySelectorAll("thead th");
    headers.forEach(function (header) {
      var column = columnOf(header), button = document.createElement("button");
      button.type = "button";
      button.title = words.sort.replace("{column}", header.textContent.trim());
      while (header.firstChild) button.appendChild(header.firstChild);
      header.appendChild(button);
      button.addEventListener("click", function () { sort(table, header, column); });
    });
  }

  function addFilter(place, items, before, name) {
    var box = document.createElement("div"), label = document.createElement("label");
    var input = document.createElement("input"), status = document.createElement("span");
    box.className = "tools";
    input.type = "search";
    input.setAttribute("aria-label", words.filter + " · " + name);
    status.setAttribute("role", "status");
    label.append(words.filter, input);
    box.append(label, status);
    place.insertBefore(box, before);
    input.addEventListener("input", function () {
      var wanted = input.value.trim().toLowerCase(), shown = 0, all = items();
      all.forEach(function (item) {
        item.hidden = wanted !== "" && !item.textContent.toLowerCase().includes(wanted);
        if (!item.hidden) shown++;
      });
      status.textContent = wanted === "" ? "" : words.rows.replace("{n}", shown).replace("{of}", all.length);
    });
  }

  document.querySelectorAll("table.sortable").forEach(function (table) {
    addSorting(table);
    var frame = table.parentNode;
    if (table.tBodies[0].rows.length > 5)
      addFilter(frame.parentNode, function () { return Array.from(table.tBodies[0].rows); }, frame,
        (table.caption || document.getElementById(frame.getAttribute("aria-labelledby"))).textContent.trim());
  });

  var findings = document.querySelector("div.findings");
  if (findings && findings.children.length > 1)
    addFilter(findings.parentNode, function () {
      return Array.from(findings.children);
    }, findings, document.getElementById("findings-h").textContent);

  // Paper cannot be unfolded: everything is open while printing.
  var closed = [];
  addEventListener("beforeprint", function () {
    closed = Array.from(document.querySelectorAll("details:not([open]):not(.data)"));
    closed.forEach(function (details) { details.open = true; });
  });
  addEventListener("afterprint", function () {
    closed.forEach(function (details) { details.open = false; });
  });
})();
