namespace Tornadose.SignalR.Endpoints;

/// <summary>How the body of a publish request is read.</summary>
internal enum BodyForm
{
    Text,
    Json,

    /// <summary>Several messages, a line each.</summary>
    Lines,
}
