import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

let isCalm = false;

/**
 * kafkajs 2.2.4 looks for requests that wait once a millisecond on every connection, for as long as it
 * lives, also where none waits: a service at rest wakes 900 times a second. What is put in line starts
 * the look itself, so without anything in line there is none to plan.
 */
export function calmRequestQueues(): void {
  if (isCalm) {
    return;
  }
  isCalm = true;
  const { prototype } = RequestQueue;
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function scheduleIfAnyWaits() {
    if (this.pending.length > 0) {
      schedule.call(this);
    }
  };
}
