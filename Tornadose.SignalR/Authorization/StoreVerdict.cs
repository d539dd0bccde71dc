namespace Tornadose.SignalR.Authorization;

/// <summary>The decision of <see cref="StoreAuthorizer"/>.</summary>
internal enum StoreVerdict
{
    Allowed,

    /// <summary>The user is not signed in, or was revoked: signing in may help.</summary>
    Unauthenticated,

    Forbidden,

    /// <summary>Forbidden, and answered like a store that does not exist.</summary>
    Hidden,
}
