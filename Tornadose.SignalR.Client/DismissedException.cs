namespace Tornadose.SignalR.Client;

/// <summary>The server has ended this client for good: nothing went wrong, and it is not to come back.</summary>
/// <param name="isNoContent">Whether it is the status 204, which says the same of stores that are complete.</param>
internal sealed class DismissedException(bool isNoContent = false) : Exception("The server has ended this client for good.")
{
    public bool IsNoContent { get; } = isNoContent;
}

/// <summary>The stores are complete, and this client has got all of them.</summary>
internal sealed class CompletedException() : Exception("The stores are complete.");
