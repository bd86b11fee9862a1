export { doorsDown, forgetDoors, tellDoors, type DoorDown, type DoorState } from './doors';
export { watchDowntime, type ClosedProduct, type DowntimeTools } from './watch-downtime';
export {
  answerComplaint,
  CATEGORIES,
  closeComplaint,
  listComplaints,
  openComplaint,
  OUTCOMES,
  readComplaintRules,
  type Complaint,
  type ComplaintRefusal,
  type ComplaintRules,
} from './complaints';
