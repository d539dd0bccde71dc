namespace Tornadose.SignalR;

/// <summary>
/// The server does not let this client do this: nobody is signed in (401), or the user may not (403). Set
/// <c>TornadoseClientOptions.AccessTokenProvider</c>, or headers or cookies of the <see cref="HttpClient"/>; what a user may do is
/// decided by the
/// policies of the server.
/// </summary>
public sealed class StoreAccessDeniedException : StoreException
{
    internal StoreAccessDeniedException(string message, bool isAuthenticated, Exception? innerException = null)
        : base(message, innerException) => IsAuthenticated = isAuthenticated;

    /// <summary>Whether the server knew who asked (403); false where it asks to sign in (401).</summary>
    public bool IsAuthenticated { get; }
}
