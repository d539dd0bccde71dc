namespace Tornadose.SignalR.Endpoints;

/// <summary>How a body is read that is published.</summary>
internal enum BodyForm
{
    Text,
    Json,

    /// <summary>Several messages, a line each.</summary>
    Lines,
}
