import { Center, Loader } from '@mantine/core';
import { useEffect } from 'react';
import { Navigate, Route, Routes, useLocation, useNavigate } from 'react-router';
import { onSignedOut } from './api/call';
import { leave, useSession } from './api/session';
import { AREAS } from './areas';
import { Frame } from './frame';
import { Enrol } from './pages/enrol';
import { NotFound } from './pages/not-found';
import { SignIn } from './pages/sign-in';
import { ProblemNote } from './parts/problem';

/** Who is not signed in sees the door; who is sees the areas that their permissions open. */
export function Console() {
  const session = useSession();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  useEffect(() => {
    onSignedOut(() => {
      leave();
      void navigate('/sign-in', { replace: true, state: { isOver: true } });
    });
  }, [navigate]);

  if (session.isError) return <ProblemNote error={session.error} onAgain={() => void session.refetch()} />;
  if (session.data === undefined)
    return (
      <Center mih="60vh">
        <Loader aria-label="Simpul" />
      </Center>
    );
  const whom = session.data;
  if (whom === null)
    return (
      <Routes>
        <Route path="/sign-in" element={<SignIn />} />
        <Route path="/enrol" element={<Enrol />} />
        <Route path="*" element={<Navigate to="/sign-in" replace state={{ from: pathname }} />} />
      </Routes>
    );
  return (
    <Frame session={whom}>
      <Routes>
        {AREAS.flatMap(({ pages, permission }) =>
          permission === undefined || whom.permissions.includes(permission)
            ? pages.map(({ path, Page }) => (
                <Route key={path} path={path} element={<Page session={whom} />} />
              ))
            : [],
        )}
        <Route path="/sign-in" element={<Navigate to="/" replace />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </Frame>
  );
}
