namespace Tornadose.SignalR; internal static class Placeholder;
