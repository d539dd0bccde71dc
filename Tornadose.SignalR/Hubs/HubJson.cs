using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.SignalR;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// What SignalR reads and writes for a <see cref="StoreHub"/>, for applications without reflection, as trimmed ones are. An application's
/// own hub methods need contexts of the application's.
/// </summary>
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(object))]
[JsonSerializable(typeof(Dictionary<string, object?>))]
[JsonSerializable(typeof(StoreStreamItem))]
internal sealed partial class HubJson : JsonSerializerContext
{
    /// <summary>
    /// Where there is reflection, the options are left alone: a chain of resolvers that begins with ours would end there.
    /// </summary>
    public static void AddTo(JsonHubProtocolOptions options)
    {
        if (!JsonSerializer.IsReflectionEnabledByDefault)
            options.PayloadSerializerOptions.TypeInfoResolverChain.Add(Default);
    }
}
