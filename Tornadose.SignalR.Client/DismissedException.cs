namespace Tornadose.SignalR.Client;

/// <summary>The server has ended this client for good: nothing went wrong, and it is not to come back.</summary>
internal sealed class DismissedException() : Exception("The server has ended this client for good.");
