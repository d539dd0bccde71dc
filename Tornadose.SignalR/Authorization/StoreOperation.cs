using Tornadose.SignalR.Authorization;

namespace Tornadose.SignalR;

/// <summary>What a user wants to do with a store.</summary>
public enum StoreOperation
{
    /// <summary>Subscribe, resume, or take a snapshot.</summary>
    Read,

    /// <summary>Publish a message.</summary>
    Publish,
}
