import { withSnapshotIsolation } from '../../../test/support/snapshot-isolation';
import './money-writer.spec';

withSnapshotIsolation('OFF');
