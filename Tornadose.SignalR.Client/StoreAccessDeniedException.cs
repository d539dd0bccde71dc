namespace Tornadose.SignalR;

/// <summary>
/// The server denied access: no user is signed in (401), or the user has no permission (403). Set
/// <c>TornadoseClientOptions.AccessTokenProvider</c>, or headers or cookies of the <see cref="HttpClient"/>; the policies of the server
/// decide what a user may do.
/// </summary>
public sealed class StoreAccessDeniedException : StoreException
{
    internal StoreAccessDeniedException(string message, bool isAuthenticated, Exception? innerException = null)
        : base(message, innerException) => IsAuthenticated = isAuthenticated;

    /// <summary>Whether the server knew the user (403); false if it asks the client to sign in (401).</summary>
    public bool IsAuthenticated { get; }
}
