import { addressList, isListed } from './addresses';

test.each(['10.0.0.7 ', 'kantor', '', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/8/8', '::1/129', '10.0.0.0/a'])(
  'the entry "%s" lets nobody in and keeps nobody out',
  (entry) => {
    const alone = addressList([entry]);
    expect(alone && isListed(alone, '10.0.0.7')).toBe(false);
    const among = addressList([entry, '192.0.2.0/24']);
    expect(among && isListed(among, '192.0.2.1')).toBe(true);
  },
);

test('an address, a block and none at all', () => {
  const list = addressList(['10.0.0.7', '2001:db8::/32']);
  const listed = ['10.0.0.7', '10.0.0.8', '2001:db8::1', '2001:db9::1'].map(
    (ip) => list && isListed(list, ip),
  );
  expect(listed).toEqual([true, false, true, false]);
  expect(addressList(null)).toBeUndefined();
});
