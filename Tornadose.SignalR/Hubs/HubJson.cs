using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.SignalR;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// The types that SignalR reads and writes for a <see cref="StoreHub"/>, for applications without reflection, such as trimmed ones. An
/// application's own hub methods need contexts of its own.
/// </summary>
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(object))]
[JsonSerializable(typeof(Dictionary<string, object?>))]
[JsonSerializable(typeof(StoreStreamItem))]
internal sealed partial class HubJson : JsonSerializerContext
{
    /// <summary>With reflection the options stay unchanged: a chain of resolvers that begins with ours would also end with it.</summary>
    public static void AddTo(JsonHubProtocolOptions options)
    {
        if (!JsonSerializer.IsReflectionEnabledByDefault)
            options.PayloadSerializerOptions.TypeInfoResolverChain.Add(Default);
    }
}
