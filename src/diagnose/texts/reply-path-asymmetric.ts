import { defineDiagnosis, flannelIpip, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'reply-path-asymmetric',
  segment: 'reply',
  summary: 'The reply travels another way than the request.',
  why: 'It may work today; strict reverse path filtering, stateful filters and clouds that check addresses break it.',
  shows: 'One direction encapsulated and the other plain, or through another device.',
  remedy: "Make the route to the other pod's subnet leave by the tunnel device on both nodes.",
  causes: [
    {
      cause: "this node's route to the other pod's subnet does not use the tunnel device",
      confirm: 'ip route get shows another device',
      on: 'sender',
      command: (s) => `ip route get ${s.receiverPod}; ip route show dev ${s.tunnel}`,
    },
  ],
  sources: [rfc(3704, '2.2'), flannelIpip('GetRoute')],
});
