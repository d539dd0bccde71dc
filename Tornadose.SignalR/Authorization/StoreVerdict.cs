namespace Tornadose.SignalR.Authorization;

/// <summary>What the authoriser says.</summary>
internal enum StoreVerdict
{
    Allowed,

    /// <summary>Nobody is signed in who could be allowed.</summary>
    Unauthenticated,

    Forbidden,

    /// <summary>Forbidden, and not to be told from a store that does not exist.</summary>
    Hidden,
}
