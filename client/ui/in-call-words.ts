/** The texts of what comes beside a call that runs; apart from `callWords`, so that a call that only rings has none. */
export const inCallWords = {
  shareScreen: "Share screen",
  stopSharing: "Stop sharing",
  shareShort: "Share",
  hold: "Hold",
  keypad: "Keypad",
  devices: "Devices",
  more: "More",
  fullScreen: "Full screen",
  pictureInPicture: "Picture in picture",
  close: "Close",

  theirScreen: (name: string) => `${name}'s screen`,
  yourScreen: "Your screen",
  stop: "Stop",
  youPutOnHold: (name: string) => `You put ${name} on hold`,
  theyPutOnHold: (name: string) => `${name} put you on hold`,
  resume: "Resume",

  // said, not shown
  microphoneMuted: "Microphone muted",
  microphoneOn: "Microphone on",
  cameraIsOn: "Camera on",
  cameraIsOff: "Camera off",
  theyMuted: (name: string) => `${name} is muted`,
  theyUnmuted: (name: string) => `${name} is no longer muted`,
  theirCameraOn: (name: string) => `${name} turned the camera on`,
  theirCameraOff: (name: string) => `${name} turned the camera off`,
  theyTookOffHold: (name: string) => `${name} took you off hold`,
  youShare: "You are sharing your screen",
  youStopped: "You stopped sharing your screen",
  theyShare: (name: string) => `${name} is sharing a screen`,
  theyStopped: (name: string) => `${name} stopped sharing`,

  // keypad
  tones: "Tones sent",

  // devices
  microphone: "Microphone",
  camera: "Camera",
  speaker: "Speaker",
  cameraIsOffHint: "Turn the camera on to choose another one.",
  blocked: (device: string) => `Your ${device} is blocked. Allow it in the address bar, then try again.`,
  notFound: (device: string) => `No ${device} can be had: there is none, or another app is using it.`,
  insecurePage: "Microphone and camera need a secure page. Open this one through https:// or http://localhost.",
  speakerRefused: "This speaker cannot be used.",
} as const;
