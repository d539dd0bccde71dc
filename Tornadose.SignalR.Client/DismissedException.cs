namespace Tornadose.SignalR.Client;

/// <summary>The server ended this client for good: this is not an error, and the client must not reconnect.</summary>
/// <param name="isNoContent">Whether the reason is the status 204, which complete stores answer with as well.</param>
internal sealed class DismissedException(bool isNoContent = false) : Exception("The server has ended this client for good.")
{
    public bool IsNoContent { get; } = isNoContent;
}

/// <summary>The stores are complete, and this client has received all of their messages.</summary>
internal sealed class CompletedException() : Exception("The stores are complete.");
