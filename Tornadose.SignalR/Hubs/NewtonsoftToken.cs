using System.Collections;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// What <c>AddNewtonsoftJsonProtocol()</c> makes of an argument: a <c>JObject</c>, <c>JArray</c> or <c>JValue</c> of Newtonsoft.Json,
/// which this library does not reference. They are recognized by name, and read through interfaces of the base class library.
/// </summary>
internal static class NewtonsoftToken
{
    /// <summary>The text of a token that is a string; null for anything else.</summary>
    public static string? TextOf(object? value) =>
        IsToken(value) && value is IConvertible leaf && leaf.GetTypeCode() == TypeCode.String ? value.ToString() : null;

    /// <summary>The JSON of an object or a list, as Newtonsoft.Json writes it; null for anything that is no token.</summary>
    /// <exception cref="ArgumentException">It has no JSON.</exception>
    public static string? JsonOf(object? value)
    {
        if (!IsToken(value))
            return null;
        Check(value!);
        return value is IConvertible leaf ? JsonOfLeaf(leaf) : value!.ToString();
    }

    private static bool IsToken(object? value)
    {
        for (var type = value?.GetType(); type is not null; type = type.BaseType)
            if (type.FullName == "Newtonsoft.Json.Linq.JToken")
                return true;
        return false;
    }

    /// <summary>Infinite numbers, which result from <c>1e400</c> for example, would be written as strings.</summary>
    private static void Check(object token)
    {
        if (token is IConvertible leaf)
        {
            if (leaf.GetTypeCode() is TypeCode.Double or TypeCode.Single && !double.IsFinite(leaf.ToDouble(null)))
                throw new ArgumentException("JSON has no infinite numbers and no NaN.");
            return;
        }

        foreach (var child in (IEnumerable)token)
            Check(child);
    }

    private static string JsonOfLeaf(IConvertible leaf) => leaf.GetTypeCode() switch
    {
        TypeCode.Empty => "null",
        TypeCode.Boolean => leaf.ToBoolean(null) ? "true" : "false",
        TypeCode.Double => leaf.ToDouble(null).ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        >= TypeCode.SByte and <= TypeCode.Decimal => leaf.ToDecimal(null).ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => throw new ArgumentException("The data must be text, a number, a Boolean, null, a list or an object of these."),
    };
}
