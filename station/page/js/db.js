// The scans of this browser, in IndexedDB: what is stored here survives a reload and a dead battery.

const name = "despacho";
const store = "scans";

let opened;

function open() {
  opened ??= new Promise((done, failed) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath: "seq", autoIncrement: true });
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  return opened;
}

// within runs a request in a transaction and gives its result once all of it is on the disk.
async function within(mode, ask) {
  const transaction = (await open()).transaction(store, mode, { durability: "strict" });
  const request = ask(transaction.objectStore(store));
  return new Promise((done, failed) => {
    transaction.oncomplete = () => done(request.result);
    transaction.onabort = () => failed(transaction.error);
    transaction.onerror = () => failed(transaction.error);
  });
}

// add stores a new scan and gives its number, which grows.
export const add = (scan) => within("readwrite", (scans) => scans.add(scan));

export const put = (scan) => within("readwrite", (scans) => scans.put(scan));

export const all = () => within("readonly", (scans) => scans.getAll());

export const removeUpTo = (seq) => within("readwrite", (scans) => scans.delete(IDBKeyRange.upperBound(seq)));
