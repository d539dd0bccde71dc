using System.Runtime.Serialization;
using System.Text.Json.Serialization;

namespace Tornadose.SignalR;

/// <summary>
/// An item of the hub's stream <c>WatchText</c>: a message with its published text, a reset, or the end. Fits
/// <c>connection.StreamAsync&lt;StoreClientTextMessage&gt;("WatchText", store, after)</c> in .NET clients, whatever their hub protocol.
/// </summary>
[DataContract]
public sealed class StoreClientTextMessage
{
    /// <summary>
    /// The id to resume after; null, and absent on the wire, for a message that cannot be resumed after, and for a reset.
    /// </summary>
    [DataMember(Name = "id", EmitDefaultValue = false), JsonPropertyName("id")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>The event type; null, and absent on the wire, for a plain message.</summary>
    [DataMember(Name = "event", EmitDefaultValue = false), JsonPropertyName("event")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Event { get; init; }

    /// <summary><c>json</c> where <see cref="Data"/> is the text of a JSON value; null, and absent on the wire, where it is
    /// text.</summary>
    [DataMember(Name = "format", EmitDefaultValue = false), JsonPropertyName("format")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Format { get; init; }

    /// <summary>The text as it was published, or the JSON text; null for a reset and for the end.</summary>
    [DataMember(Name = "data", EmitDefaultValue = false), JsonPropertyName("data")]
    public string? Data { get; init; }

    /// <summary>Not null where messages are missing.</summary>
    [DataMember(Name = "reset", EmitDefaultValue = false), JsonPropertyName("reset")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StoreClientReset? Reset { get; init; }

    /// <summary>Not null where the store is complete; the stream ends with it.</summary>
    [DataMember(Name = "end", EmitDefaultValue = false), JsonPropertyName("end")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StoreClientEnd? End { get; init; }
}
