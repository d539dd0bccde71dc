using System.Reflection;
using System.Runtime.CompilerServices;

namespace Tornadose.SignalR.Tests.Architecture;

/// <summary>Everything public of an assembly, one line a member, in order: what applications may come to depend on.</summary>
internal static class PublicApi
{
    private static readonly NullabilityInfoContext Nullability = new();

    public static IReadOnlyList<string> Of(Assembly assembly) => [.. assembly.GetExportedTypes().Where(IsWritten).OrderBy(type => type.FullName, StringComparer.Ordinal).SelectMany(Of)];

    private static IEnumerable<string> Of(Type type)
    {
        var members = type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(IsVisible).Select(member => $"{Name(type)}{Describe(member)}").Order(StringComparer.Ordinal);
        return [$"{Kind(type)} {Name(type)}{Bases(type)}", .. members];
    }

    /// <summary>What the compiler adds to a record, or to a class with generated code, is not written down.</summary>
    private static bool IsWritten(MemberInfo member) => member.GetCustomAttribute<CompilerGeneratedAttribute>() is null && !member.Name.Contains('<', StringComparison.Ordinal);

    private static bool IsVisible(MemberInfo member) => member switch
    {
        FieldInfo field => IsWritten(field) && (field.IsPublic || field.IsFamily) && !field.IsSpecialName,
        PropertyInfo property => IsWritten(property) && property.GetAccessors(nonPublic: true).Any(IsOpen),
        ConstructorInfo constructor => IsWritten(constructor) && IsOpen(constructor),
        MethodInfo method => IsWritten(method) && IsOpen(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)),
        EventInfo raised => IsOpen(raised.AddMethod!),
        _ => false, // nested types have lines of their own
    };

    private static bool IsOpen(MethodBase method) => method.IsPublic || (method.IsFamily && !method.DeclaringType!.IsSealed);

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string Bases(Type type)
    {
        var bases = (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum) ? new[] { parent } : [])
            .Concat(type.IsEnum ? [] : type.GetInterfaces().OrderBy(Name, StringComparer.Ordinal)).Select(Name).ToList();
        return bases.Count == 0 ? "" : $" : {string.Join(", ", bases)}";
    }

    private static string Describe(MemberInfo member) => member switch
    {
        FieldInfo { IsLiteral: true } constant => $".{constant.Name} = {constant.GetRawConstantValue()}",
        FieldInfo field => $".{field.Name} : {Name(field.FieldType)}",
        PropertyInfo property => $".{property.Name} : {Name(property.PropertyType, Nullability.Create(property).ReadState)} {{{string.Concat(property.GetAccessors(nonPublic: true).Where(IsOpen).Select(Accessor))} }}",
        ConstructorInfo constructor => $"({Parameters(constructor)})",
        MethodInfo method => $".{method.Name}{Generics(method)}({Parameters(method)}) : {Name(method.ReturnType, Nullability.Create(method.ReturnParameter).ReadState)}{(method.IsStatic ? " static" : method is { IsVirtual: true, IsFinal: false, DeclaringType.IsInterface: false } ? " virtual" : "")}",
        EventInfo raised => $".{raised.Name} : event {Name(raised.EventHandlerType!)}",
        _ => throw new InvalidOperationException($"{member}"),
    };

    private static string Accessor(MethodInfo accessor) =>
        accessor.Name.StartsWith("get_", StringComparison.Ordinal) ? " get;" : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;";

    private static string Generics(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{(parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref " : "")}{Name(parameter.ParameterType, Nullability.Create(parameter).WriteState)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "default"}" : "")}"));

    private static string Name(Type type, NullabilityState state) => Name(type) + (state == NullabilityState.Nullable && !type.IsValueType && !type.IsByRef ? "?" : "");

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!);
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (type.IsGenericParameter)
            return type.Name;
        var name = type.IsNested ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Assembly.GetName().Name == "Tornadose.SignalR" ? $"{type.Namespace}.{type.Name}" : type.Name;
        return type.IsGenericType ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
