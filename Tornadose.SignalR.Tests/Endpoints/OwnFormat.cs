using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.Delivery;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>A format of an application, with any name.</summary>
internal sealed class OwnFormat(string name, string mediaType) : StreamFormat(name, mediaType, new FakeEncoder());
